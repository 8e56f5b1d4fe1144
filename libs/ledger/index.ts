export { bookDayOf, bookHourOf, hoursWithin, type BookBalance } from './balance.js';
export { Ledger, type ReceivedRow } from './ledger.js';
