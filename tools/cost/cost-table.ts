import { daysAMonth, type PricedLine } from '#prices';
import type { Bill } from './bill.js';
import type { Comparison } from './comparison.js';
import { count, money } from './numbers.js';
import { eventsAMonth } from './workload.js';

/** The comparison for a terminal: each bill with its arithmetic, and at the end all of them against each other. */
export function costTable({ workload, prices, floodgate, alternatives, google }: Comparison): string {
  const { eventsPerDay, eventBytes, tenants } = workload;
  const bills = [...floodgate, ...alternatives, google];
  return [
    `${count(eventsPerDay)} events a day of ${count(eventBytes)} bytes, ${count(tenants)} tenants. ` +
      `List prices of ${prices.region}, ${prices.date}, in ${prices.currency}; a month has ${String(daysAMonth)} days.`,
    ...bills.map(billTable),
    summary([...floodgate, ...alternatives], google, eventsAMonth(workload)),
    `Not verified: ${prices.doubts.join(', ')}. Sources and all else that is assumed: libs/prices/prices.json.`,
  ].join('\n\n');
}

function billTable({ name, basis, delivery, running, instead, ...sums }: Bill): string {
  const heading = ['', 'quantity', '', '', 'price', '', '', '$ a month', '$ a day'];
  const total = (title: string, monthly: number) => [title, '', '', '', '', '', '=', ...both(monthly)];
  const rows = [
    heading,
    ...delivery.map(lineRow),
    ...(running.length > 0
      ? [
          total('delivery', sums.deliveryMonthly),
          ...running.map(lineRow),
          total('running', sums.runningMonthly),
        ]
      : []),
    total('total', sums.monthly),
  ];
  const explained = basis.map(({ name, how, value, unit }) => [name, how, '=', count(value), unit]);
  const extras = instead.map(
    ({ name, lines, more }) =>
      `  ${name}: ${lines.map(({ monthly }) => money(monthly)).join(' + ')}, ${signed(more)} a month`,
  );
  return [
    name,
    ...columns(explained, ['left', 'left', 'left', 'right', 'left']),
    ...columns(rows, ['left', 'right', 'left', 'left', 'right', 'left', 'left', 'right', 'right']),
    ...extras,
  ].join('\n');
}

function lineRow({ item, quantity, unit, price, per, monthly }: PricedLine): string[] {
  const step = per === 1 ? '' : `per ${count(per)}`;
  return [item, count(quantity), unit, 'x', String(price), step, '=', ...both(monthly)];
}

/** Only Floodgate's running is priced, so delivery is what can be compared. */
function summary(bills: readonly Bill[], google: Bill, events: number): string {
  const sums = (monthly: number) => [
    ...both(monthly),
    ((monthly / events) * 1e6).toLocaleString('en', { minimumFractionDigits: 4, maximumFractionDigits: 4 }),
  ];
  const rows = bills.map(({ name, running, deliveryMonthly, runningMonthly, monthly }) => [
    name,
    money(deliveryMonthly),
    ...(running.length > 0 ? [money(runningMonthly), ...sums(monthly)] : ['not priced', '', '', '']),
  ]);
  const heading = ['', 'delivery', 'running', '$ a month', '$ a day', '$ a million events'];
  const googleRow = [google.name, '', '', ...sums(google.monthly)];
  return [
    'All of them; delivery is what can be compared, running is what receives, buffers and carries',
    ...columns([heading, ...rows, googleRow], ['left', ...heading.slice(1).map(() => 'right' as const)]),
  ].join('\n');
}

function both(monthly: number): [month: string, day: string] {
  return [money(monthly), money(monthly / daysAMonth)];
}

function signed(amount: number): string {
  return `${amount < 0 ? '-' : '+'}${money(Math.abs(amount))}`;
}

function columns(rows: readonly string[][], sides: readonly ('left' | 'right')[]): string[] {
  const widths = sides.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      sides[column] === 'right' ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    return `  ${cells.join('  ').trimEnd()}`;
  });
}
