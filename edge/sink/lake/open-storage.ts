import type { Env } from '../../env/env';
import { FolderStorage } from './folder-storage';
import { s3Settings } from './s3-settings';
import { S3Storage } from './s3-storage';
import type { LakeStorage } from './storage';

/** The lake at `location`: a folder, or `s3://bucket/prefix` with endpoint, region and credentials from the environment. Nothing is read yet. */
export function openStorage(location: string, env: Env): LakeStorage {
  return location.startsWith('s3://') ? new S3Storage({ settings: s3Settings(location), env }) : new FolderStorage(location, env);
}
