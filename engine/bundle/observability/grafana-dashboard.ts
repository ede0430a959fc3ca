import { dnsLabel } from '../deploy/values';
import type { Panel } from './dashboard-panels';
import { dashboardPanels } from './dashboard-panels';
import type { PlanFacts } from './plan-facts';

const PANEL_WIDTH = 8;
const PANEL_HEIGHT = 8;
const COLUMNS = 3;
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

/** A Grafana dashboard (11 or newer, schema version 39) of a pipeline, as plain JSON: import it and choose the data source. */
export function grafanaDashboard(facts: PlanFacts): Readonly<Record<string, unknown>> {
  const { pipeline } = facts;
  return {
    uid: `littoral-${dnsLabel(pipeline)}`.slice(0, 40),
    title: `Littoral: ${pipeline}`,
    description: `Sources ${facts.sources.map(source => source.id).join(', ')}; sinks ${facts.sinks.map(sink => sink.name).join(', ')}. Made from the plan.`,
    tags: ['littoral'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    templating: { list: variables(pipeline) },
    panels: dashboardPanels(facts).map(panelJson)
  };
}

function variables(pipeline: string): readonly unknown[] {
  const choice = (name: string, query: string): unknown => ({
    name,
    label: name,
    type: 'query',
    datasource: DATASOURCE,
    query: { query, refId: `${name}-variable` },
    definition: query,
    multi: true,
    includeAll: true,
    allValue: '.+',
    current: { text: 'All', value: '$__all' },
    refresh: 2,
    sort: 1
  });
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, refresh: 1 },
    choice('job', `label_values(littoral_bundle_info{pipeline="${pipeline}"}, job)`),
    choice('instance', `label_values(littoral_bundle_info{pipeline="${pipeline}", job=~"$job"}, instance)`)
  ];
}

function panelJson(panel: Panel, index: number): unknown {
  const { title, description, unit, kind, queries } = panel;
  return {
    id: index + 1,
    type: kind,
    title,
    description,
    datasource: DATASOURCE,
    gridPos: { x: (index % COLUMNS) * PANEL_WIDTH, y: Math.floor(index / COLUMNS) * PANEL_HEIGHT, w: PANEL_WIDTH, h: PANEL_HEIGHT },
    fieldConfig: { defaults: { unit, min: panel.min, custom: kind === 'timeseries' ? { fillOpacity: 10, showPoints: 'never', spanNulls: false } : undefined }, overrides: [] },
    options: kind === 'stat' ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode: 'value_and_name' } : { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expression, legend }, at) => ({ refId: String.fromCharCode(65 + at), datasource: DATASOURCE, expr: expression, legendFormat: legend, instant: kind === 'stat', range: kind !== 'stat' }))
  };
}
