export { benchReceiver, type ReceiverFigures } from './receiver.js';
export { thisMachine, type Machine } from './machine.js';
