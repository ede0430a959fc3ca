import type { ApiModule } from './run-module';

/** The API with a host whose calls do nothing, for reading the pipelines out of a program. */
export function inertApi(): ApiModule {
  return {};
}
