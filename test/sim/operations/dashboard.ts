import { readFileSync, writeFileSync } from 'node:fs';
import { complaintsOf } from './tools';

interface Panel {
  readonly id?: unknown;
  readonly title?: unknown;
  readonly type?: unknown;
  readonly description?: unknown;
  readonly datasource?: { readonly uid?: unknown };
  readonly fieldConfig?: { readonly defaults?: { readonly unit?: unknown } };
  readonly targets?: readonly { readonly expr?: unknown; readonly refId?: unknown }[];
}

/**
 * What is wrong with a Grafana dashboard by the rules of Grafana's dashboard linter: a data source and job and instance as
 * variables, panels with title, description, unit and that data source, queries that choose job and instance. With promtool
 * each query is parsed too.
 */
export function dashboardProblems(path: string, promtool: string | null): readonly string[] {
  const { uid, title, editable, schemaVersion, panels = [], templating } = JSON.parse(readFileSync(path, 'utf8')) as { uid?: string; title?: string; editable?: boolean; schemaVersion?: number; panels?: readonly Panel[]; templating?: { list?: readonly { readonly name?: string }[] } };
  const problems: string[] = [];
  const expect = (holds: boolean, words: string): void => {
    if (!holds) problems.push(`dashboard: ${words}`);
  };
  expect(typeof title === 'string' && typeof uid === 'string' && uid.length <= 40, 'title, or a uid of at most 40 letters, is missing');
  expect(editable === false, 'it can be edited in place');
  expect((schemaVersion ?? 0) >= 39, 'its schema is older than 39');
  for (const name of ['datasource', 'job', 'instance']) expect(templating?.list?.some(variable => variable.name === name) === true, `variable "${name}" is missing`);
  expect(new Set(panels.map(panel => panel.id)).size === panels.length && panels.length > 0, 'panels share an id');
  for (const panel of panels) {
    const words = `panel "${String(panel.title)}"`;
    expect([panel.title, panel.description, panel.type, panel.fieldConfig?.defaults?.unit].every(text => typeof text === 'string' && text !== ''), `${words}: title, description, type or unit is missing`);
    expect(panel.datasource?.uid === '$datasource', `${words}: its data source is not the variable`);
    for (const { expr } of panel.targets ?? []) {
      const query = String(expr);
      expect(query.includes('job=~"$job"') && query.includes('instance=~"$instance"'), `${words}: a query does not choose job and instance`);
    }
  }
  return promtool === null ? problems : [...problems, ...queryProblems(`${path}.rules.json`, panels, promtool)];
}

/** Has promtool read all queries at once, as rules. */
function queryProblems(file: string, panels: readonly Panel[], promtool: string): readonly string[] {
  const queries = panels.flatMap(panel => panel.targets ?? []).map(({ expr }) => String(expr).replaceAll('$__rate_interval', '5m'));
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules: queries.map((expr, index) => ({ record: `panel:query:${index}`, expr })) }] }));
  const complaints = complaintsOf(promtool, ['check', 'rules', file]);
  return complaints === '' ? [] : [`dashboard: ${complaints}`];
}
