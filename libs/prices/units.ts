/** A month of a bill. */
export const daysAMonth = 30;
export const gib = 2 ** 30;
