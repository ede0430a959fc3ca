// The JupyterLite site in _output/: JupyterLab and Notebook with the Littoral extension and the sample notebooks.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addContents } from './contents.mjs';
import { binary, hashOf, root, run, say, stamp } from './setup.mjs';

export async function site(environment) {
  const done = stamp('site', hashOf(['python/littoral/labextension', 'lite', 'notebooks', 'requirements-site.lock', 'scripts/site.mjs', 'scripts/contents.mjs']));
  if (done.fresh() && existsSync(join(root, '_output/jupyter-lite.json'))) return;
  say('building the site …');
  // The build's state file must go with its output: alone it makes jupyterlite skip writing jupyter-lite.json.
  for (const path of ['_output', 'lite/.jupyterlite.doit.db']) rmSync(join(root, path), { recursive: true, force: true });
  await run(binary(environment, 'python'), ['-m', 'jupyterlite_core', 'build'], { cwd: join(root, 'lite') });
  rmSync(join(root, 'lite/.jupyterlite.doit.db'), { force: true });
  addContents(join(root, 'notebooks'), join(root, '_output'));
  done.set();
  say('site built');
}
