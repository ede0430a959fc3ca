import { Signal } from '@lumino/signaling';
import type { LakeTable } from '../../worker/protocol';
import type { IDataService } from '../services/tokens';

export interface LakeSource {
  readonly name: string;
  readonly url: string;
  readonly state: 'unread' | 'reading' | 'read' | 'failed';
  readonly tables: readonly LakeTable[];
  readonly error: unknown;
}

/** Where runs of this page write: files of this browser, seen by nobody else. */
const BROWSER_LAKE_URL = 'opfs:';

function sourceAt(name: string, url: string): LakeSource {
  return { name, url, state: 'unread', tables: [], error: null };
}

/** The lake that the site offers and the browser's own, with their tables, read when somebody looks. */
export class LakeModel {
  readonly changed = new Signal<this, void>(this);
  sources: readonly LakeSource[] = [];

  private readonly reading = new Set<string>();

  constructor(readonly data: IDataService) {}

  /** Reads every source that has not been read; `again` reads all. */
  async read(options: { readonly again: boolean }): Promise<void> {
    if (this.sources.length === 0) {
      const site = await this.data.site;
      const offered = site.lake ? [sourceAt('lake', site.lake.url)] : [];
      this.sources = [...offered, sourceAt('this browser', BROWSER_LAKE_URL)];
      this.changed.emit();
    }
    await Promise.all(this.sources.map(source => (options.again || source.state === 'unread' || source.state === 'failed' ? this.readSource(source) : null)));
  }

  table(url: string, name: string): LakeTable | undefined {
    return this.sources.find(source => source.url === url)?.tables.find(table => table.name === name);
  }

  private async readSource(source: LakeSource): Promise<void> {
    if (this.reading.has(source.url)) return;
    this.reading.add(source.url);
    if (source.state !== 'read') this.replace({ ...source, state: 'reading' });
    try {
      const tables = await this.data.lake().tables(source.url);
      this.replace({ ...source, state: 'read', tables, error: null });
    } catch (error) {
      this.replace({ ...source, state: 'failed', error });
    } finally {
      this.reading.delete(source.url);
    }
  }

  private replace(source: LakeSource): void {
    this.sources = this.sources.map(entry => (entry.url === source.url ? source : entry));
    this.changed.emit();
  }
}
