import { statSync } from 'node:fs';

/** Why a path cannot be read for its lines; nothing when it can. */
export function problemWith(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return `${path}: no such file`;
  return stats.isDirectory() ? `${path} is a directory; name the files in it` : undefined;
}
