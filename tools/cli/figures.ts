import { thisMachine, type Machine } from '#tools/bench';

export type Rows = [name: string, value: string][];

/** A figure says nothing without the machine it was measured on. */
export function print(figures: object, rows: Rows, json: boolean): void {
  const machine = thisMachine();
  if (json) {
    console.log(JSON.stringify({ machine, figures }, undefined, 2));
    return;
  }
  const all = [...rows, ...machineRows(machine)];
  const width = Math.max(...all.map(([name]) => name.length));
  console.log(all.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'));
}

function machineRows(machine: Machine): Rows {
  const { cpu, cores, memoryGiB, kernel, node, commit, date } = machine;
  return [
    ['machine', `${cpu}, ${String(cores)} cores, ${String(memoryGiB)} GiB, ${kernel}`],
    ['software', `Node ${node}, commit ${commit}, ${date}`],
  ];
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** `receiver 1.0, enricher 2.0` */
export function each(values: object, digits: number): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${(value as number).toFixed(digits)}`)
    .join(', ');
}
