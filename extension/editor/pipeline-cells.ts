import { LittoralError } from '../../engine/error';

/** The cells that run a pipeline file in a notebook: its text with the default export as a variable, then a live run. */
export function pipelineCells(path: string, text: string): readonly string[] {
  if (!/^export default /m.test(text)) {
    throw new LittoralError('NO_DEFAULT_EXPORT', `"${path}": no default export; expected export default pipeline(…)…. Export the pipeline, then run it again.`, { details: { path } });
  }
  const name = /\b(?:const|let|var|function|class)\s+p\b/.test(text) ? 'thisPipeline' : 'p';
  return [text.replace(/^export default /m, `const ${name} = `).trimEnd(), `await ${name}.run({ seconds: 60 });`];
}
