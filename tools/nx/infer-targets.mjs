import { dirname } from 'node:path';

// Every project gets the same targets from its place in the tree, so that a project.json holds only its name and tags.
export const createNodesV2 = [
  '{apps,libs,tools}/*/project.json',
  (files) =>
    files.map((file) => {
      const root = dirname(file);
      const run = (command, more = {}) => ({ executor: 'nx:run-commands', options: { command }, ...more });
      const targets = {
        build: run(`swc ${root} --out-dir dist --ignore "**/*.test.ts" --copy-files`),
        test: run(`node --experimental-vm-modules node_modules/jest/bin/jest.js ${root}/ --passWithNoTests`),
        lint: run(`eslint ${root}`),
      };
      if (root.startsWith('apps/')) {
        targets.serve = {
          executor: 'nx:run-commands',
          dependsOn: ['build'],
          continuous: true,
          options: {
            parallel: true,
            commands: [
              'swc apps libs --out-dir dist --ignore "**/*.test.ts" --watch',
              `node --watch --enable-source-maps dist/${root}/src/main.js`,
            ],
          },
        };
      }
      return [file, { projects: { [root]: { targets } } }];
    }),
];
