export { bookDayOf, bookHourOf, hoursWithin, type BookBalance } from './balance.js';
export { Ledger } from './ledger.js';
export type { ReceivedRow } from './posting.js';
