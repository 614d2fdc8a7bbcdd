/**
 * `npm run type-cost`: what the compiler pays for models and queries.
 *
 * Measures the type instantiations of the Chinook models with eleven typical queries (test/types/chinook.ts) under both
 * compilers, and compiles a generated schema of 200 chained models. Fails over the limit, or if something does not compile.
 * It measures against the declarations that users get: those of a fresh build, in a package of their own.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { root, run, typescript } from './support/run.ts';

/**
 * Instantiations under TypeScript 5.9, little above what is taken: a new feature is to cost those who use it. 6,180 is what fields and
 * queries took when there were no expressions yet. For chinook.ts, generated Prisma types take 11,300 and Kysely takes 18,600.
 */
const CHINOOK_LIMIT = 6_180;
const CHAIN_LIMIT = 72_000;
const MODELS = 200;
const MODELS_PER_FILE = 20;

const workFolder = join(root, '.cache', 'type-cost');

interface Measurement {
  readonly ok: boolean;
  readonly instantiations: number;
  readonly seconds: number;
  readonly output: string;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What a careful project's compiler options are, with `skipLibCheck` as nearly all projects have it. */
function writeConfig(folder: string, files: readonly string[]): void {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  write(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }, null, 2));
}

async function measure(compiler: string, folder: string): Promise<Measurement> {
  const { code, output } = await run(compiler, ['-p', folder, '--extendedDiagnostics', '--pretty', 'false']);
  const figure = (name: string): number => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)?.[1] ?? NaN);
  const instantiations = figure('Instantiations');
  return { ok: code === 0 && instantiations > 0, instantiations, seconds: figure('Total time'), output };
}

/** Installs the package's declarations, built from the source, where the measured files find it by name. */
async function installDeclarations(): Promise<void> {
  const folder = join(workFolder, 'node_modules', 'blazeorm');
  const target = ['-p', 'tsconfig.build.json', '--pretty', 'false', '--outDir', join(folder, 'dist')];
  const declarationsOnly = ['--emitDeclarationOnly', '--declarationMap', 'false', '--sourceMap', 'false'];
  const { code, output } = await run(typescript.current, [...target, ...declarationsOnly]);
  if (code !== 0) throw new Error(`The package does not compile:\n${output}`);
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  // A package of its own: inside of ours, the name would mean our `dist`, whenever that was built.
  write(join(workFolder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
}

/** chinook.ts alone. */
function chinook(): string {
  const folder = join(workFolder, 'chinook');
  const file = join(folder, 'chinook.ts');
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'test', 'types', 'chinook.ts'), file);
  write(file, readFileSync(file, 'utf8').replace(`'./orm.ts'`, `'blazeorm'`));
  writeConfig(folder, ['chinook.ts']);
  return folder;
}

/** A chain of models over circular files: each refers to the next and is referred to by the one before. */
function chain(): string {
  const folder = join(workFolder, 'chain');
  const fileOf = (n: number): number => Math.floor(n / MODELS_PER_FILE);
  const fileCount = Math.ceil(MODELS / MODELS_PER_FILE);
  for (let file = 0; file < fileCount; file += 1) {
    const first = file * MODELS_PER_FILE;
    const numbers = Array.from({ length: Math.min(MODELS_PER_FILE, MODELS - first) }, (_, i) => first + i);
    const last = numbers.at(-1) ?? first;
    write(
      join(folder, `models${file}.ts`),
      [
        `import { f, gt, icontains, model, or, type Session } from 'blazeorm';`,
        ...(file > 0 ? [`import { M${first - 1} } from './models${fileOf(first - 1)}.js';`] : []),
        ...(last + 1 < MODELS ? [`import { M${last + 1} } from './models${fileOf(last + 1)}.js';`] : []),
        ...numbers.map(chainedModel),
        `declare const session: Session;`,
        ...numbers.filter((n) => n % 10 === 5).map(chainedQueries),
      ].join('\n'),
    );
  }
  writeConfig(
    folder,
    Array.from({ length: fileCount }, (_, file) => `models${file}.ts`),
  );
  return folder;
}

const chainedModel = (n: number): string => `export class M${n} extends model('m${n}', {
  id: f.auto(),
  name: f.string({ maxLength: 100 }),
  size: f.int({ nullable: true }),
  price: f.decimal({ precision: 10, scale: 2, default: '0' }),
  createdAt: f.datetime({ autoNowAdd: true }),
${n + 1 < MODELS ? `  next: f.foreignKey(() => M${n + 1}${n % 2 === 0 ? '' : ', { nullable: true }'}),` : ''}
${n > 0 ? `  before: f.reverse(() => M${n - 1}, 'next'),` : ''}
}) {
  get label() { return \`\${this.name} \${this.id}\`; }
}`;

const chainedQueries = (n: number): string => `export async function q${n}() {
  const rows = await session.query(M${n})
    .filter(or({ name: icontains('x'), next: { next: { size: gt(3) } } }, (m) => m.next.name.eq(m.name)))
    .selectRelated('next.next')
    .prefetchRelated('before.before')
    .annotate((m) => ({ n: m.before.count() }))
    .orderBy('-n', 'name', 'nextId');
  const values = await session.query(M${n}).values('id', 'name', 'nextId');
  const entity = await session.get(M${n}, rows[0]!.id);
  return [rows[0]!.n, rows[0]!.next?.next?.label, rows[0]!.before.map((b) => b.before.length), values[0]!.nextId, entity?.pk];
}`;

const number = new Intl.NumberFormat('en');
let failed = false;

async function report(name: string, folder: string, limit: number): Promise<void> {
  for (const [title, compiler] of [
    ['TypeScript 5.9', typescript.previous],
    ['TypeScript 7', typescript.current],
  ] as const) {
    const { ok, instantiations, seconds, output } = await measure(compiler, folder);
    const over = title === 'TypeScript 5.9' && instantiations > limit;
    const verdict = !ok ? 'DOES NOT COMPILE' : over ? `OVER THE LIMIT of ${number.format(limit)}` : 'ok';
    console.log(`${name} · ${title} · ${number.format(instantiations)} instantiations · ${seconds} s · ${verdict}`);
    if (!ok) console.error(output);
    failed ||= !ok || over;
  }
}

rmSync(workFolder, { recursive: true, force: true });
await installDeclarations();
await report('chinook, 11 models, 11 queries', chinook(), CHINOOK_LIMIT);
await report(`${MODELS} chained models`, chain(), CHAIN_LIMIT);
process.exitCode = failed ? 1 : 0;
