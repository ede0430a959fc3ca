// Puts notebooks into a JupyterLite site as `jupyter lite build --contents` does, without jupyter-server:
// files/<path>, and api/contents/<folder>/all.json for each folder.
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';

const textTypes = new Set(['.md', '.txt', '.csv', '.json', '.ts', '.js', '.py', '.yml', '.yaml', '.ndjson']);
const hidden = name => name.startsWith('.') || name === '__pycache__';

function model(stats, name, path, type, mimetype) {
  const time = stats.mtime.toISOString();
  const size = type === 'directory' ? null : stats.size;
  return { name, path, created: time, last_modified: time, writable: true, hash: null, hash_algorithm: null, content: null, format: null, mimetype, size, type };
}

export function addContents(source, site) {
  cpSync(source, join(site, 'files'), { recursive: true, filter: path => !hidden(posix.basename(path)) });
  const walk = (folder, relative) => {
    const content = [];
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (hidden(entry.name)) continue;
      const path = posix.join(relative, entry.name);
      const stats = statSync(join(folder, entry.name));
      const extension = extname(entry.name);
      if (entry.isDirectory()) {
        content.push(model(stats, entry.name, path, 'directory', null));
        walk(join(folder, entry.name), path);
      } else content.push(model(stats, entry.name, path, extension === '.ipynb' ? 'notebook' : 'file', textTypes.has(extension) ? 'text/plain' : null));
    }
    const out = join(site, 'api/contents', relative);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'all.json'), JSON.stringify({ ...model(statSync(folder), posix.basename(relative), relative, 'directory', null), format: 'json', content }));
  };
  walk(source, '');
}
