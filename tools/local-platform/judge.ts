import { partitionOfKey } from '#contracts';
import { landedObjects, type LandedObject } from './landed.js';
import { newLanded, type Landed } from './report.js';

type Line = { tenant_id?: string; metadata?: { tenant_uid?: string }; quarantine_id?: string };

/** Reads back what landed, as a consumer would, and counts it by tenant. */
export class Judge {
  readonly byTenant = new Map<string, Landed>();
  /** Objects in the error prefix, or of nobody. */
  unplaced = 0;
  private readonly stopping = new AbortController();
  private reading: Promise<void> | undefined;

  constructor(
    private readonly queueUrl: string,
    private readonly onObject: (object: LandedObject) => void = () => undefined,
  ) {}

  start(): void {
    this.reading = this.read();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.reading;
  }

  of(tenant: string): Landed {
    let landed = this.byTenant.get(tenant);
    if (!landed) this.byTenant.set(tenant, (landed = newLanded()));
    return landed;
  }

  private async read(): Promise<void> {
    for await (const object of landedObjects(this.queueUrl, this.stopping.signal)) {
      this.count(object);
      this.onObject(object);
    }
  }

  private count({ key, lines }: LandedObject): void {
    const partition = partitionOfKey(key);
    if (!partition) {
      this.unplaced += 1;
      return;
    }
    const landed = this.of(partition.tenantId);
    landed.objects += 1;
    landed.lastMs = Date.now();
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if ((line.tenant_id ?? line.metadata?.tenant_uid) !== partition.tenantId) landed.foreign += 1;
      else if (partition.kind === 'quarantine') landed.quarantined.add(line.quarantine_id ?? text);
      else landed.events += 1;
    }
  }
}
