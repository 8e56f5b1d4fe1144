export { NetworkDatabase, bundledNetworkDatabase, type NetworkFileState } from './network-database.js';
