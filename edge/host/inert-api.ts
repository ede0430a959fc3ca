import { bindLittoral } from '../../engine/api/bind';
import type { PipelineHost } from '../../engine/api/host';
import * as littoral from '../../engine/api/littoral';
import { inertValue } from './inert-value';
import type { ApiModule } from './run-module';

/** The module 'littoral' with a host whose calls do nothing, for reading the pipelines out of a program. */
export function inertApi(): ApiModule {
  const nothing = (): Promise<never> => Promise.resolve(inertValue());
  const host: PipelineHost = { run: nothing, record: nothing, replay: nothing, validate: nothing, export: nothing };
  return { ...littoral, ...bindLittoral(host) };
}
