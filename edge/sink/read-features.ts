import { LittoralError } from '../../engine/error';
import { openRaw } from '../store/driver';
import { storageError } from '../store/storage-error';
import { featuresOf, type Feature } from './feature-store';

const BUSY_MS = 5_000;

/** The last rows of a view in the file of a feature store, also while an agent writes it. Rejects with a storage error, `FEATURE_KEY` or `FEATURE_LIMIT`. */
export async function readFeatures(path: string, view: string, key: Readonly<Record<string, string>>): Promise<readonly Feature[]> {
  const db = await openRaw(path, BUSY_MS, true).catch((error: unknown) => {
    throw storageError(error, path);
  });
  try {
    return featuresOf(db, view, key);
  } catch (error) {
    throw error instanceof LittoralError ? error : storageError(error, path);
  } finally {
    db.close();
  }
}
