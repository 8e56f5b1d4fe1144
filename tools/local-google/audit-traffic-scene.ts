import { Random } from './audit-traffic-random.js';

const words = [
  'orders',
  'billing',
  'ledger',
  'search',
  'ingest',
  'reports',
  'gateway',
  'catalog',
  'payments',
  'sessions',
  'exports',
  'mailer',
  'météo',
  'inventory',
];
const asciiWords = words.map((word) => word.normalize('NFD').replaceAll(/\p{M}/gu, ''));
const titles = [
  'Nightly export',
  'Données clients',
  '売上レポート',
  'CI \\"main\\" runner',
  'Backup – EU',
  'Pipeline\\tworker',
];
const environments = ['prod', 'staging', 'dev', 'data', 'shared', 'security', 'sandbox'];
const regions = [
  'us-central1',
  'us-east1',
  'europe-west1',
  'europe-west4',
  'asia-northeast1',
  'australia-southeast1',
];
const namespaces = ['default', 'kube-system', 'payments', 'ingress-nginx', 'monitoring'];
const roles = [
  'roles/viewer',
  'roles/editor',
  'roles/owner',
  'roles/storage.objectViewer',
  'roles/bigquery.dataViewer',
  'roles/iam.serviceAccountTokenCreator',
  'roles/logging.configWriter',
];
const people = [
  'ada',
  'grace',
  'linus',
  'margaret',
  'dennis',
  'barbara',
  'edsger',
  'radia',
  'ken',
  'joan',
  'tim',
  'frances',
];
const queries = [
  'SELECT COUNT(*) FROM `analytics.events` WHERE day = CURRENT_DATE()',
  'SELECT id, amount\\nFROM `billing.invoices`\\nWHERE amount > 1000\\nORDER BY amount DESC\\nLIMIT 500',
  'SELECT c.id, SUM(o.total) AS total FROM `shop.orders` o JOIN `shop.customers` c ON c.id = o.customer_id GROUP BY 1',
  'SELECT * FROM `shop.members` WHERE city = \\"Zürich\\"',
];

/** The names that one tenant's entries have in common, whatever the seed of its traffic. */
export type Names = {
  tenant: string;
  organization: string;
  folders: readonly string[];
  projects: readonly string[];
  people: readonly string[];
};

export function namesOf(tenant: string): Names {
  const random = new Random([...tenant].reduce((hash, char) => Math.imul(hash, 31) + char.charCodeAt(0), 7));
  return {
    tenant,
    organization: digits(random, 12),
    folders: environments.slice(0, 4).map(() => digits(random, 12)),
    projects: environments.map((environment) => `${tenant}-${environment}-${hex(random).slice(0, 4)}`),
    people: people.map((person) => `${person}@${tenant}.example.com`),
  };
}

/** The values of the slots in one entry's texts. */
export type Scene = ReturnType<typeof newScene>;
export type Slot = keyof Scene;

export function newScene(random: Random, names: Names) {
  const project = random.pick(names.projects);
  const region = random.pick(regions);
  const word = random.pick(asciiWords);
  const code = hex(random);
  const tag = code.slice(0, 4);
  return {
    tenant: names.tenant,
    organization: names.organization,
    folder: random.pick(names.folders),
    project,
    region,
    zone: `${region}-${random.pick(['a', 'b', 'c'])}`,
    word,
    hex: code,
    name: `${word}-${tag}`,
    title: random.pick(titles),
    account: `${word}@${project}.iam.gserviceaccount.com`,
    bucket: `${names.tenant}-${word}-${region}`,
    path: `${random.pick(words)}/2026/${tag}/part-${code.slice(4, 9)}.parquet`,
    dataset: `${word}_${random.pick(environments)}`,
    cluster: `${names.tenant}-${region}`,
    namespace: random.pick(namespaces),
    role: random.pick(roles),
    query: random.pick(queries),
    number: digits(random, 19),
    small: String(1 + random.below(900)),
    etag: `BwX${code.slice(0, 8)}=`,
    bindings: bindings(random, names, project),
  };
}

function bindings(random: Random, names: Names, project: string): string {
  let text = '';
  for (let left = random.below(5); left >= 0; left--) {
    const account = `serviceAccount:${random.pick(asciiWords)}@${project}.iam.gserviceaccount.com`;
    text += `{"members":["user:${random.pick(names.people)}","${account}"],"role":"${random.pick(roles)}"}`;
    if (left > 0) text += ',';
  }
  return text;
}

/** A text with slots, ready to be filled. */
export type Template = (scene: Scene) => string;

/** Cuts the text at its slots once; an unknown slot is an error in the tables. */
export function template(text: string, known: Scene): Template {
  const pieces = text.split(/<(\w+)>/);
  const slots = pieces
    .filter((_, index) => index % 2 === 1)
    .map((slot) => {
      if (!(slot in known)) throw new Error(`There is no slot <${slot}>.`);
      return slot as Slot;
    });
  const literals = pieces.filter((_, index) => index % 2 === 0);
  return (scene) => {
    let filled = literals[0] ?? '';
    for (let i = 0; i < slots.length; i++) filled += scene[slots[i] as Slot] + (literals[i + 1] ?? '');
    return filled;
  };
}

export function hex(random: Random): string {
  return random.uint32().toString(16).padStart(8, '0') + random.uint32().toString(16).padStart(8, '0');
}

/** A decimal number of this many digits, 12 to 19. */
export function digits(random: Random, length: number): string {
  const first = 100_000_000 + random.below(900_000_000);
  const rest = String(random.uint32()).padStart(10, '0');
  return String(first) + rest.slice(0, length - 9);
}
