import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** The rules of CONTRIBUTING.md that no compiler checks. */
const root = join(import.meta.dirname, '../..');
const folders = ['engine', 'worker', 'kernels', 'extension', 'edge'] as const;
type Folder = (typeof folders)[number];

const mayImport: Readonly<Record<Folder, readonly Folder[]>> = {
  engine: [],
  worker: ['engine'],
  kernels: ['engine', 'worker'],
  extension: ['engine', 'worker', 'kernels'],
  edge: ['engine']
};
/** The only files of `worker/` that the page's side may know. */
const workerDoors = /^worker\/(protocol|client)(\.|\/|$)/;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(name => `${folder}/${name.split(sep).join('/')}`)
    .filter(name => name.endsWith('.ts') && statSync(join(root, name)).isFile());
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(match => match[1] ?? '');
  return found.map(path => relative(root, join(root, file, '..', path)).split(sep).join('/'));
}

function nodesOf(file: string): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2022, true));
  return nodes;
}

describe('the folder rule', () => {
  it.each(folders)('holds for what %s imports', folder => {
    const broken = sources(folder).flatMap(file =>
      importsOf(file)
        .filter(target => {
          const to = folders.find(name => target.startsWith(`${name}/`));
          if (to === undefined || to === folder) return false;
          if (!mayImport[folder].includes(to)) return true;
          return to === 'worker' && !workerDoors.test(target);
        })
        .map(target => `${file} → ${target}`)
    );
    expect(broken).toEqual([]);
  });

  it('keeps the engine free of clocks, randomness, timers and I/O', () => {
    const impure = new Set(['Date.now', 'Math.random', 'performance.now', 'setTimeout', 'setInterval', 'fetch', 'eval', 'Function', 'Date', 'process']);
    const broken = sources('engine').flatMap(file =>
      nodesOf(file)
        .filter(node => {
          if (ts.isCallExpression(node)) return impure.has(node.expression.getText());
          if (ts.isNewExpression(node)) return impure.has(node.expression.getText()) && (node.arguments?.length ?? 0) === 0;
          return ts.isImportDeclaration(node) && node.moduleSpecifier.getText().startsWith("'node:");
        })
        .map(node => `${file}: ${node.getText()}`)
    );
    expect(broken).toEqual([]);
  });
});

describe('the durable path', () => {
  it('takes clocks, timers, randomness and connections from its Env', () => {
    const worldly = new Set(['Date.now', 'Date', 'performance.now', 'Math.random', 'setTimeout', 'setInterval', 'setImmediate', 'randomBytes', 'randomUUID', 'crypto.randomUUID', 'crypto.getRandomValues', 'queueMicrotask']);
    const worldlyModules = new Set(['node:net', 'node:tls', 'node:dgram', 'node:timers', 'node:timers/promises', 'node:perf_hooks']);
    const broken = ['edge/agent', 'edge/mqtt', 'edge/sink'].flatMap(sources).flatMap(file =>
      nodesOf(file)
        .filter(node => {
          if (ts.isImportDeclaration(node)) return worldlyModules.has(node.moduleSpecifier.getText().slice(1, -1));
          if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0;
          if (ts.isPropertyAccessExpression(node)) return worldly.has(node.getText());
          return ts.isIdentifier(node) && worldly.has(node.text) && ts.isCallExpression(node.parent) && node.parent.expression === node;
        })
        .map(node => `${file}: ${node.getText()}`)
    );
    expect(broken).toEqual([]);
  });
});

describe('every source file', () => {
  const files = [...folders, 'test'].flatMap(sources);

  it('has at most 400 lines', () => {
    expect(files.filter(file => readFileSync(join(root, file), 'utf8').split('\n').length > 401)).toEqual([]);
  });

  it('is named in kebab-case', () => {
    expect(files.filter(file => !/^[a-z0-9/.-]+$/.test(file))).toEqual([]);
  });

  it('takes no type on trust: no any, no ignored type error, no export of everything', () => {
    const broken = files
      .filter(file => !file.startsWith('test/'))
      .filter(file => {
        const untyped = nodesOf(file).some(node => node.kind === ts.SyntaxKind.AnyKeyword || (ts.isExportDeclaration(node) && node.exportClause === undefined));
        return untyped || /@ts-ignore|@ts-nocheck|@ts-expect-error/.test(readFileSync(join(root, file), 'utf8'));
      });
    expect(broken).toEqual([]);
  });
});

describe('the packages', () => {
  interface PackageJson {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
    readonly overrides: Readonly<Record<string, unknown>>;
    readonly jupyterlab: { readonly sharedPackages: Readonly<Record<string, unknown>> };
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson;

  it('carry one version', () => {
    const python = /__version__ = "([^"]+)"/.exec(readFileSync(join(root, 'python/littoral/__init__.py'), 'utf8'))?.[1];
    const engine = /ENGINE_VERSION = '([^']+)'/.exec(readFileSync(join(root, 'engine/version.ts'), 'utf8'))?.[1];
    expect({ python, engine }).toEqual({ python: manifest.version, engine: manifest.version });
  });

  it('share no run-time dependency of the command line with JupyterLab', () => {
    for (const name of Object.keys(manifest.dependencies)) expect(manifest.jupyterlab.sharedPackages[name], name).toBe(false);
  });

  it('are pinned exactly', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) expect(version, name).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('are named for everything that the sources import', () => {
    const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
    // Aliases of the build: the browser's copy of mqtt, and the product itself as pipeline files see it.
    const aliases = new Set(['mqtt-unbundled', 'littoral']);
    const missing = [...folders, 'test'].flatMap(sources).flatMap(file =>
      nodesOf(file)
        .filter(ts.isImportDeclaration)
        .map(node => node.moduleSpecifier.getText().slice(1, -1))
        .filter(name => !name.startsWith('.') && !name.startsWith('node:'))
        .map(name => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/'))
        .filter(name => !declared.has(name) && !aliases.has(name))
        .map(name => `${file} imports ${name}`)
    );
    expect(missing).toEqual([]);
  });

  it('hold one copy of Apache Arrow, because two lose rows without a word', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, unknown> };
    expect(Object.keys(lock.packages).filter(path => path.endsWith('node_modules/apache-arrow'))).toEqual(['node_modules/apache-arrow']);
  });
});
