// Collects the type declarations that the kernel's language service needs into one JSON file: TypeScript's own libs, the
// part of the worker's globals that cells use, our API and apache-arrow.
import { mkdirSync, readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import ts from 'typescript';

/** The API's entry among the engine's modules. */
const apiEntry = 'api/user-module';

/** Globals of a worker that cells may use; what they mention comes along. */
const workerGlobals = [
  'console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'structuredClone', 'fetch', 'performance', 'crypto', 'atob', 'btoa',
  'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'AbortController', 'AbortSignal', 'Blob', 'Headers', 'Request', 'Response', 'WebSocket',
  'MessageChannel', 'BroadcastChannel', 'CompressionStream', 'DecompressionStream', 'ReadableStream', 'WritableStream', 'TransformStream', 'Event', 'EventTarget', 'DOMException', 'WebAssembly'
];

/** Types that those globals only mention in lists of what can be transferred; without members they bring nothing along. */
const mentionedOnly = new Set(['OffscreenCanvas', 'ImageBitmap', 'VideoFrame', 'AudioData', 'RTCDataChannel', 'MediaSourceHandle', 'ServiceWorker']);

/**
 * @param {{ root: string, outFile: string }} options `root` is the clone with `lib/engine` compiled.
 * @returns {Promise<{ files: number, bytes: number }>}
 */
export async function buildLibraryTypes({ root, outFile }) {
  const files = collectLibraryTypes({ root, engineFolder: join(root, 'lib/engine'), extension: '.d.ts' });
  const text = JSON.stringify({ files });
  mkdirSync(dirname(outFile), { recursive: true });
  writeFileSync(outFile, text);
  return { files: Object.keys(files).length, bytes: Buffer.byteLength(text) };
}

/**
 * Path → text of every file. The engine is taken from its declarations, or, without compiling first, from its sources
 * (`extension: '.ts'`).
 * @param {{ root: string, engineFolder: string, extension: '.d.ts' | '.ts' }} options
 * @returns {Record<string, string>}
 */
export function collectLibraryTypes({ root, engineFolder, extension }) {
  return { ...typescriptLibs(root), ...ourTypes(engineFolder, extension), ...packageTypes(root, 'apache-arrow', 'Arrow.dom.d.ts'), ...packageTypes(root, 'flatbuffers', 'js/flatbuffers.d.ts') };
}

function typescriptLibs(root) {
  const folder = join(root, 'node_modules/typescript/lib');
  const files = {};
  const take = name => {
    const path = `/lib/${name}`;
    if (path in files) return;
    files[path] = withoutHeader(readFileSync(join(folder, name), 'utf8'));
    for (const [, reference] of files[path].matchAll(/\/\/\/ <reference lib="([^"]+)"/g)) take(`lib.${reference}.d.ts`);
  };
  take('lib.es2022.d.ts');
  files['/lib/lib.worker-subset.d.ts'] = workerSubset(readFileSync(join(folder, 'lib.webworker.d.ts'), 'utf8'));
  return files;
}

function withoutHeader(text) {
  return text.replace(/^\/\*!? \*+[\s\S]*?\*+ \*\/\s*/, '');
}

/** The declarations of `workerGlobals` and of everything they mention. */
function workerSubset(text) {
  const source = ts.createSourceFile('lib.webworker.d.ts', text, ts.ScriptTarget.ES2022, false);
  const declarations = new Map();
  for (const statement of source.statements) {
    const names = ts.isVariableStatement(statement) ? statement.declarationList.declarations.map(({ name }) => name.text) : [statement.name?.text];
    for (const name of names) if (name !== undefined) declarations.set(name, [...(declarations.get(name) ?? []), statement]);
  }
  const taken = new Set();
  const queue = [...workerGlobals];
  while (queue.length > 0) {
    for (const statement of declarations.get(queue.pop()) ?? []) {
      if (taken.has(statement)) continue;
      taken.add(statement);
      const visit = node => {
        const name = ts.isTypeReferenceNode(node) ? node.typeName : ts.isTypeQueryNode(node) ? node.exprName : ts.isExpressionWithTypeArguments(node) ? node.expression : undefined;
        if (name !== undefined && ts.isIdentifier(name)) {
          if (!mentionedOnly.has(name.text)) queue.push(name.text);
        }
        ts.forEachChild(node, visit);
      };
      if (!isGlobalScope(statement)) visit(statement);
    }
  }
  const texts = source.statements.filter(statement => taken.has(statement)).map(statement => statement.getFullText(source).trim());
  return [...texts, ...[...mentionedOnly].map(name => `interface ${name} {}`)].join('\n');
}

/** Would bring everything along. */
function isGlobalScope(statement) {
  return /GlobalScope$/.test(statement.name?.text ?? '');
}

function ourTypes(folder, extension) {
  const files = { '/node_modules/littoral/package.json': JSON.stringify({ name: 'littoral', types: `./${apiEntry}${extension}` }) };
  for (const name of readdirSync(folder, { recursive: true })) {
    if (name.endsWith(extension)) files[`/node_modules/littoral/${name.replaceAll('\\', '/')}`] = readFileSync(join(folder, name), 'utf8');
  }
  return files;
}

/** The declaration files of a package that its entry leads to. */
function packageTypes(root, name, entry) {
  const folder = join(root, 'node_modules', name);
  const files = { [`/node_modules/${name}/package.json`]: JSON.stringify({ name, types: `./${entry}` }) };
  const take = path => {
    const key = `/node_modules/${name}/${path}`;
    const file = join(folder, path);
    if (key in files || !existsSync(file)) return;
    files[key] = ts.sys.readFile(file).replace(/\n\/\/# sourceMappingURL=.*\s*$/, '');
    for (const [, specifier] of files[key].matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)) {
      const target = posix.join(posix.dirname(path), specifier);
      for (const candidate of [target.replace(/\.js$/, '.d.ts'), `${target}.d.ts`, `${target}/index.d.ts`]) take(candidate);
    }
  };
  take(entry);
  return files;
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..');
  const outFile = join(root, 'lib/kernels/typescript/library-types.json');
  const { files, bytes } = await buildLibraryTypes({ root, outFile });
  console.log(`${relative(root, outFile)}: ${files} files, ${Math.round(bytes / 1024)} kB`);
}
