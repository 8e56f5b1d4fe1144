export { billsOfDay, type DayBill, type PricedPart } from './day-bill.js';
export {
  deliveryModes,
  priceOfDelivery,
  priceOfIngestion,
  priceOfObjects,
  priceOfPartitioning,
  type DeliveryMode,
  type Usage,
} from './landing-prices.js';
export { priced, pricedByAccount, sumOf, type PricedLine } from './priced.js';
export {
  assumptionsOf,
  doubtsOf,
  readPriceList,
  type Assumptions,
  type PriceList,
  type Prices,
} from './price-list.js';
export { daysAMonth, gib } from './units.js';
