import { authentication, requestMetadata } from './audit-traffic-callers.js';
import { malform } from './audit-traffic-malformed.js';
import { moreServices } from './audit-traffic-more-services.js';
import { Random } from './audit-traffic-random.js';
import {
  hex,
  namesOf,
  newScene,
  template,
  type Names,
  type Scene,
  type Template,
} from './audit-traffic-scene.js';
import { services, type Method, type Service } from './audit-traffic-services.js';

/** The data of one Pub/Sub message, and whether it is no LogEntry and so is due in quarantine. */
export type TrafficMessage = { data: Buffer; malformed: boolean };

type Call = {
  service: Service;
  method: Method;
  log: 'activity' | 'data_access' | 'system_event' | 'policy';
  body: Template | undefined;
  resourceName: Template;
  resource: Template;
};
/** What makes an entry a part of something larger. */
type Part = { operation?: { id: string; end: 'first' | 'last' }; split?: string };
type Planned = { call: Call; scene: Scene; part: Part };

const defaultMalformedShare = 1 / 2000;
const splitShare = 1 / 1000;
/** So many entries may be waiting for the operation that they end. */
const maxPlanned = 200;

/** Realistic Cloud Audit Logs of one tenant; the same seed and clock give the same messages. */
export class AuditTraffic {
  readonly #random: Random;
  readonly #names: Names;
  readonly #deck: readonly Call[];
  readonly #malformedShare: number;
  readonly #run: string;
  readonly #planned: Planned[] = [];
  #entries = 0;

  constructor(of: { seed: number; tenant: string; malformedShare?: number }) {
    this.#random = new Random(of.seed);
    this.#names = namesOf(of.tenant);
    this.#malformedShare = of.malformedShare ?? defaultMalformedShare;
    this.#run = hex(this.#random).slice(0, 6);
    this.#deck = deckOf(newScene(new Random(0), this.#names));
  }

  next(nowMs: number): TrafficMessage {
    const entry = Buffer.from(this.#entry(nowMs));
    return this.#random.chance(this.#malformedShare)
      ? { data: malform(this.#random, entry), malformed: true }
      : { data: entry, malformed: false };
  }

  #entry(nowMs: number): string {
    const random = this.#random;
    if (this.#planned.length > maxPlanned || (this.#planned.length > 0 && random.chance(0.1))) {
      const [planned] = this.#planned.splice(random.below(this.#planned.length), 1);
      if (planned !== undefined) return this.#write(planned, nowMs);
    }
    const planned: Planned = {
      call: random.pick(this.#deck),
      scene: newScene(random, this.#names),
      part: {},
    };
    if (planned.call.method.long === true) {
      const id = `operation-${hex(random)}`;
      planned.part.operation = { id, end: 'first' };
      this.#planned.push({ ...planned, part: { operation: { id, end: 'last' } } });
    } else if (random.chance(splitShare)) {
      const total = 2 + random.below(2);
      const piece = (index: number) =>
        `{"uid":"${planned.scene.hex}","index":${index},"totalSplits":${total}}`;
      planned.part.split = piece(0);
      for (let index = 1; index < total; index++) {
        this.#planned.push({ ...planned, part: { split: piece(index) } });
      }
    }
    return this.#write(planned, nowMs);
  }

  #write({ call, scene, part }: Planned, nowMs: number): string {
    const random = this.#random;
    const { service, method, log } = call;
    const outcome = outcomeOf(random, log);
    const ending = part.operation?.end === 'last';
    const atMs = nowMs - (random.chance(0.05) ? 2000 + random.below(13_000) : 100 + random.below(1700));
    const timestamp = nanoseconds(random, atMs);
    const resourceName = call.resourceName(scene);

    let payload = `"@type":"type.googleapis.com/google.cloud.audit.AuditLog",${outcome.status}`;
    payload += `"authenticationInfo":${authentication(random, this.#names, scene, service.callers)},`;
    payload += `"requestMetadata":${requestMetadata(random, scene, timestamp, log === 'system_event' || (ending && random.chance(0.5)))},`;
    if (service.service !== undefined) payload += `"serviceName":"${service.service}",`;
    payload += `"methodName":"${method.name}",`;
    if (method.permission !== undefined && !(ending && random.chance(0.8))) {
      payload += `"authorizationInfo":[${authorization(random, method, resourceName, outcome.granted)}],`;
    }
    payload += `"resourceName":"${resourceName}"`;
    if (call.body !== undefined && !ending) payload += ',' + call.body(scene);

    const { operation, split } = part;
    const insertId = this.#run + (this.#entries++).toString(36).padStart(7, '0');
    const scope = service.scope ?? 'projects';
    const parent = { projects: scene.project, folders: scene.folder, organizations: scene.organization }[
      scope
    ];
    let entry = `{"protoPayload":{${payload}},"insertId":"${insertId}","resource":${call.resource(scene)},`;
    entry += `"timestamp":"${timestamp}","severity":"${outcome.severity}",`;
    if (random.chance(0.1)) entry += `"labels":{"compute.googleapis.com/root_trigger_id":"${scene.hex}"},`;
    entry += `"logName":"${scope}/${parent}/logs/cloudaudit.googleapis.com%2F${log}",`;
    if (operation !== undefined) {
      entry += `"operation":{"id":"${operation.id}","producer":"${service.service ?? ''}","${operation.end}":true},`;
    }
    if (split !== undefined) entry += `"split":${split},`;
    return `${entry}"receiveTimestamp":"${nanoseconds(random, nowMs)}"}`;
  }
}

function deckOf(known: Scene): Call[] {
  return [...services, ...moreServices].flatMap((service) =>
    service.methods.flatMap((method) => {
      const resource = `{"type":"${service.resourceType}","labels":{${service.labels}}}`;
      const call: Call = {
        service,
        method,
        log: service.log ?? (method.type === 'ADMIN_WRITE' ? 'activity' : 'data_access'),
        body: method.body === undefined ? undefined : template(method.body, known),
        resourceName: template(service.resourceName, known),
        resource: template(resource, known),
      };
      return Array.from({ length: method.weight ?? 1 }, () => call);
    }),
  );
}

function outcomeOf(random: Random, log: Call['log']) {
  const kind = random.unit();
  if (log === 'policy' || (log !== 'system_event' && kind < 0.05)) {
    const status = '"status":{"code":7,"message":"PERMISSION_DENIED"},';
    return { status, granted: false, severity: 'ERROR' };
  }
  if (log !== 'system_event' && kind < 0.07) {
    return { status: '"status":{"code":5,"message":"NOT_FOUND"},', granted: true, severity: 'ERROR' };
  }
  const severity = log === 'activity' ? 'NOTICE' : 'INFO';
  if (log === 'system_event')
    return { status: '"status":{"message":"Done by Google."},', granted: true, severity };
  return { status: kind < 0.6 ? '"status":{},' : '', granted: true, severity };
}

function authorization(
  random: Random,
  { permission, type }: Method,
  resource: string,
  granted: boolean,
): string {
  const permissionType = type === undefined || random.chance(0.3) ? '' : `,"permissionType":"${type}"`;
  const decision = granted ? ',"granted":true' : '';
  const one = `{"resource":"${resource}","permission":"${permission}"${decision},"resourceAttributes":{}${permissionType}}`;
  return random.chance(0.15) ? Array.from({ length: 2 + random.below(4) }, () => one).join(',') : one;
}

/** RFC 3339 with nine digits of a second; the last six are made up, since the clock has milliseconds. */
function nanoseconds(random: Random, ms: number): string {
  return new Date(ms).toISOString().slice(0, 23) + String(random.below(1_000_000)).padStart(6, '0') + 'Z';
}
