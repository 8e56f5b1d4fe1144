import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const built = join(dirname(findPackageJSON(import.meta.url) ?? ''), 'dist/tools/faults');

type Preload = 'skewed-clock' | 'deadly-message' | 'early-ack' | 'mark-first' | 'resend-all';

/** Settings that make every app load a module of this folder before its own code. */
export function preloaded(name: Preload) {
  return { NODE_OPTIONS: `--import=${pathToFileURL(join(built, `${name}.js`)).href}` };
}

/** The class of an app that was built, to be spoiled; `undefined` in the process of another app. */
export async function classOf<Class>(app: string, file: string, name: string): Promise<Class | undefined> {
  if (process.argv[1]?.includes(`/apps/${app}/`) !== true) return undefined;
  const module = (await import(new URL(`../../apps/${app}/src/${file}.js`, import.meta.url).href)) as Record<
    string,
    Class
  >;
  return module[name];
}
