import type { TenantReport } from '#tools/local-platform';

const columns: [title: string, value: (report: TenantReport) => string | number][] = [
  ['tenant', ({ tenant }) => tenant],
  ['pushed', ({ pushed }) => pushed],
  ['landed', ({ landed }) => landed],
  ['in flight', ({ inFlight }) => inFlight],
  ['duplicates', ({ duplicates }) => duplicates],
  ['quarantined', ({ quarantined }) => quarantined],
  ['objects', ({ objects }) => objects],
];

/** One table of all tenants, with a line of sums. */
export function reportTable(
  reports: readonly TenantReport[],
  verdict: (report: TenantReport) => string,
): string {
  const rows = [
    [...columns.map(([title]) => title), 'ledger'],
    ...reports.map((report) => [...columns.map(([, value]) => String(value(report))), verdict(report)]),
  ];
  if (reports.length > 1)
    rows.push(['all', ...columns.slice(1).map(([, value]) => String(sum(reports, value))), '']);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Words first and last, numbers between. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 || column > columns.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

function sum(reports: readonly TenantReport[], value: (report: TenantReport) => string | number): number {
  return reports.reduce((total, report) => total + Number(value(report)), 0);
}

/** The ledger while events flow: what is in flight is no problem yet. */
export function runningVerdict({ inFlight, foreign }: TenantReport): string {
  if (inFlight < 0) return 'OUT OF BALANCE';
  if (foreign > 0) return 'FOREIGN LINES';
  return inFlight === 0 ? 'balanced' : 'balancing';
}

/** The ledger once everything is drained. */
export function finalVerdict({ problems }: TenantReport): string {
  return problems.length === 0 ? 'closed' : problems.join('; ');
}
