import { pathToFileURL } from 'node:url';
import type { Proof, ProofOptions } from './proof';
import { keepRun, runProof } from './run-proof';

/** One proof in a process of its own, so that one that breaks it leaves the others alone: `<module> <root> <folder> <scale> <seed>`. */
const [module = '', root = '', folder = '', scale = 'full', seed = '1'] = process.argv.slice(2);
const { proof } = (await import(pathToFileURL(module).href)) as { readonly proof: Proof };
const startedMs = Date.now();
const options: ProofOptions = {
  scale: scale === 'small' ? 'small' : 'full',
  seed: Number(seed),
  log: line => process.stdout.write(`  ${proof.id} ${((Date.now() - startedMs) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`)
};
const run = await runProof(proof, options, root);
keepRun(folder, run);
process.exit(run.ok ? 0 : 1);
