import { LittoralError } from '../../../engine/error';

interface ListedFile {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** One page of S3's ListObjectsV2; the answer is flat XML without attributes inside, so tags are enough. Throws `LAKE_STORE`. */
export function listedPage(xml: string, store: string): { readonly files: readonly ListedFile[]; readonly next: string | null } {
  if (!xml.includes('<ListBucketResult')) throw new LittoralError('LAKE_STORE', `lake "${store}": the store's list is no ListBucketResult. Check the address of the store.`);
  const files = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, content = '']) => ({
    key: element(content, 'Key') ?? '',
    bytes: Number(element(content, 'Size') ?? NaN),
    modifiedMs: Date.parse(element(content, 'LastModified') ?? '')
  }));
  const broken = files.find(file => file.key === '' || !Number.isFinite(file.bytes) || !Number.isFinite(file.modifiedMs));
  if (broken !== undefined) throw new LittoralError('LAKE_STORE', `lake "${store}": an entry of the store's list lacks Key, Size or LastModified. Check the address of the store.`);
  const isTruncated = element(xml.replace(/<Contents>.*?<\/Contents>/gs, ''), 'IsTruncated') === 'true';
  return { files, next: isTruncated ? element(xml, 'NextContinuationToken') : null };
}

function element(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (text === undefined) return null;
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (all: string, hex?: string, decimal?: string, named?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[named ?? ''] ?? all;
  });
}
