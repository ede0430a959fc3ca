import { Table, tableFromArrays, tableFromIPC, tableFromJSON, tableToIPC, vectorFromArray } from 'apache-arrow';
import type { Library, LibraryTools } from './runtime';

/** What cells can import besides the notebook's own modules, and how its values are shown. */
export function createLibrary(_tools: LibraryTools): Library {
  return {
    modules: { 'apache-arrow': { Table, tableFromArrays, tableFromIPC, tableFromJSON, tableToIPC, vectorFromArray } },
    representers: []
  };
}
