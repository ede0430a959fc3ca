import { Table, tableFromArrays, tableFromIPC, tableFromJSON, tableToIPC, vectorFromArray } from 'apache-arrow';
import { bindLittoral } from '../../../engine/api/bind';
import * as littoral from '../../../engine/api/littoral';
import type { EngineService } from '../../../worker/protocol';
import { EngineLink } from '../littoral/engine-link';
import { KernelHost } from '../littoral/pipeline-host';
import { littoralViews } from '../littoral/views';
import { newId } from '../new-id';
import type { Library, LibraryTools } from './runtime';

/** What cells can import besides the notebook's own modules, and how its values are shown. */
export function createLibrary(tools: LibraryTools): Library {
  const link = new EngineLink({ enginePort: () => tools.page.enginePort() });
  return libraryOn(tools, () => link.service());
}

/** The same on any data engine. */
export function libraryOn({ tracker, page }: LibraryTools, engine: () => Promise<EngineService>): Library {
  const host = new KernelHost({
    engine,
    files: page,
    tracker,
    newId,
    nowMs: () => Date.now(),
    delay: delayMs => new Promise(resolve => setTimeout(resolve, delayMs))
  });
  return {
    modules: {
      littoral: { ...littoral, ...bindLittoral(host) },
      'apache-arrow': { Table, tableFromArrays, tableFromIPC, tableFromJSON, tableToIPC, vectorFromArray }
    },
    representers: littoralViews(() => tracker.current?.cell ?? null)
  };
}
