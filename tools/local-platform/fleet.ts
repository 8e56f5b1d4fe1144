import { join } from 'node:path';
import { freePort } from '#testing';
import { AppProcess, type AppName } from './app-process.js';

export const appNames: readonly AppName[] = ['portal', 'receiver', 'enricher', 'deliverer', 'monitor'];

/** In the order of the flow, so that nothing taken is left behind. */
const stopOrder: readonly AppName[] = ['receiver', 'enricher', 'deliverer', 'monitor', 'portal'];

export type FleetOptions = {
  environment: Record<string, string>;
  logDirectory: string;
  /** Where the first process of each app listens; the others do on any free ports. */
  ports: { service: Partial<Record<AppName, number>>; health: Partial<Record<AppName, number>> };
  /** Processes of an app; one by default. */
  replicas?: Partial<Record<AppName, number>> | undefined;
};

/** The apps, each as one process or several. */
export class Fleet {
  private constructor(private readonly apps: ReadonlyMap<AppName, readonly AppProcess[]>) {}

  static async of({ environment, logDirectory, ports, replicas = {} }: FleetOptions): Promise<Fleet> {
    const apps = new Map<AppName, AppProcess[]>();
    for (const name of appNames) {
      const processes: AppProcess[] = [];
      for (let index = 0; index < (replicas[name] ?? 1); index += 1) {
        const port = index === 0 ? ports.service[name] : await freePort();
        const healthPort = (index === 0 ? ports.health[name] : undefined) ?? (await freePort());
        const own = {
          HEALTH_PORT: String(healthPort),
          ...(port === undefined ? {} : { PORT: String(port) }),
        };
        const log = join(logDirectory, `${name}${index === 0 ? '' : `-${String(index + 1)}`}.log`);
        const healthUrl = `http://127.0.0.1:${String(healthPort)}`;
        const url = `http://127.0.0.1:${String(port)}`;
        processes.push(new AppProcess(name, { ...environment, ...own }, healthUrl, log, url));
      }
      apps.set(name, processes);
    }
    return new Fleet(apps);
  }

  all(name: AppName): readonly AppProcess[] {
    return this.apps.get(name) ?? [];
  }

  async start(): Promise<void> {
    await Promise.all([...this.apps.values()].flat().map((app) => app.start()));
  }

  async stop(): Promise<void> {
    for (const name of stopOrder) await Promise.all(this.all(name).map((app) => app.stop()));
  }
}
