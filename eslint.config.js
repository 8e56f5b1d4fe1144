import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const redis = ['bullmq', 'ioredis'];
const aws = ['@aws-sdk/*', '@smithy/*'];
const tokens = ['jose'];
const nest = ['@nestjs/*'];

/** What a project with this tag may import: projects by tag, and packages by what is banned. */
const boundary = (sourceTag, onlyDependOnLibsWithTags, ...banned) => ({
  sourceTag,
  onlyDependOnLibsWithTags,
  ...(banned.length > 0 ? { bannedExternalImports: banned.flat() } : {}),
});
const libs = (...names) => names.map((name) => `lib:${name}`);
const everyApp = libs('contracts', 'config', 'observability', 'redis', 'testing');

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', '.nx/**', '.floodgate/**'] },
  tseslint.configs.strict,
  tseslint.configs.stylistic,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_$' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    },
  },
  {
    files: ['{apps,libs,tools}/**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            boundary(
              'app:receiver',
              [...everyApp, ...libs('queue-transport', 'group-commit', 'connections', 'ledger')],
              redis,
              aws,
            ),
            boundary(
              'app:enricher',
              [...everyApp, ...libs('queue-transport', 'audit-log', 'dedupe', 'ledger', 'network')],
              redis,
              aws,
              tokens,
            ),
            boundary(
              'app:deliverer',
              [...everyApp, ...libs('queue-transport', 'group-commit', 'ledger')],
              redis,
              tokens,
              '@aws-sdk/client-s*',
            ),
            boundary(
              'app:monitor',
              [...everyApp, ...libs('admin-access', 'queue-transport', 'connections', 'ledger', 'prices')],
              redis,
              tokens,
              '@aws-sdk/client-firehose',
            ),
            boundary('app:portal', [...everyApp, ...libs('admin-access', 'connections')], redis, aws, tokens),
            boundary('lib:contracts', [], redis, aws, tokens, nest),
            boundary('lib:admin-access', [], redis, aws, tokens),
            boundary('lib:config', [], redis, aws, tokens, nest),
            boundary('lib:group-commit', [], redis, aws, tokens, nest),
            boundary('lib:audit-log', libs('contracts'), redis, aws, tokens, nest),
            boundary('lib:prices', [], redis, aws, tokens, nest),
            boundary('lib:network', libs('audit-log'), redis, aws, tokens, nest),
            boundary('lib:redis', libs('contracts'), aws, tokens, nest, 'bullmq'),
            boundary('lib:queue-transport', libs('contracts', 'redis', 'testing'), aws, tokens),
            boundary('lib:connections', libs('contracts', 'redis', 'testing'), aws, tokens, nest, 'bullmq'),
            boundary(
              'lib:ledger',
              libs('contracts', 'group-commit', 'redis', 'testing'),
              aws,
              tokens,
              nest,
              'bullmq',
            ),
            boundary('lib:dedupe', libs('contracts', 'redis', 'testing'), aws, tokens, nest, 'bullmq'),
            boundary('lib:observability', libs('contracts'), redis, aws, tokens),
            boundary('lib:testing', libs('contracts', 'redis'), aws, nest, 'bullmq'),
            boundary('type:tool', ['type:lib', 'type:tool'], nest, 'bullmq'),
          ],
        },
      ],
    },
  },
  prettier,
);
