/** Preloaded into one app: its clock is off by `CLOCK_OFF_MS`. */
const offMs = Number(process.env['CLOCK_OFF_MS'] ?? 0);
const now = Date.now.bind(Date);

if (process.argv[1]?.includes(`/apps/${process.env['CLOCK_OFF_APP'] ?? '?'}/`) === true) {
  globalThis.Date = new Proxy(Date, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now() + offMs] : args, newTarget) as object,
    get: (target, key) => (key === 'now' ? () => now() + offMs : (Reflect.get(target, key) as unknown)),
  });
}

export {};
