import { CodeEditor, CodeEditorWrapper } from '@jupyterlab/codeeditor';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { IThemeManager } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import { queryLake } from '../../worker/client';
import { textButton, LiveRegion } from '../ui/controls';
import { DataGrid } from '../ui/data-grid';
import { el, fill, setText } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import { lakeIcon } from '../ui/icons';
import { decodeResult } from './arrow-rows';
import { costWords, rowsWords, sqlName } from './cost-words';
import type { LakeTarget } from './lake-items';
import type { LakeModel } from './lake-model';
import { ResultChart } from './result-chart';
import { tablePage } from './table-page';

export interface SqlDeskOptions {
  readonly model: LakeModel;
  readonly url: string;
  readonly editors: IEditorServices;
  readonly themes: IThemeManager | null;
}

let deskCount = 0;

/** SQL on a lake: editor on top, rows below, chart beside; a table's page until the first query. Ctrl+Enter runs. */
export class SqlDesk extends Widget {
  readonly url: string;
  private readonly editor: CodeEditorWrapper;
  private readonly grid = new DataGrid('Rows of the query');
  private readonly chart = new ResultChart();
  private readonly cost = el('span', { class: 'lt-cost' });
  private readonly live = new LiveRegion();
  private readonly body = el('div', { class: 'lt-desk-body' });
  private readonly run: HTMLButtonElement;
  private readonly cancel: HTMLButtonElement;
  private abort: AbortController | null = null;
  private readonly onTheme = (): void => this.chart.rebuild();

  constructor(private readonly options: SqlDeskOptions) {
    super();
    deskCount += 1;
    this.url = options.url;
    this.id = `littoral-sql-${deskCount}`;
    this.title.label = deskCount === 1 ? 'Lake SQL' : `Lake SQL ${deskCount}`;
    this.title.icon = lakeIcon;
    this.title.closable = true;
    this.addClass('lt-panel');
    this.addClass('lt-desk');
    this.editor = new CodeEditorWrapper({
      model: new CodeEditor.Model({ mimeType: 'text/x-sql' }),
      factory: options.editors.factoryService.newInlineEditor.bind(options.editors.factoryService),
      editorOptions: { config: { lineNumbers: true, lineWrap: true } }
    });
    this.run = textButton({ label: 'Run', kind: 'accent', title: 'Ctrl+Enter', onClick: () => void this.query() });
    this.cancel = textButton({ label: 'Cancel', onClick: () => this.abort?.abort() });
    this.cancel.hidden = true;
    const place = el('div', { class: 'lt-desk-editor', 'data-lm-suppress-shortcuts': 'true' });
    place.addEventListener('keydown', event => this.onKey(event), true);
    this.node.append(place, el('div', { class: 'lt-desk-bar' }, this.run, this.cancel, this.cost), this.body, this.live.node);
    Widget.attach(this.editor, document.body);
    place.append(this.editor.node);
    options.themes?.themeChanged.connect(this.onTheme);
  }

  get sql(): string {
    return this.editor.model.sharedModel.getSource();
  }

  set sql(text: string) {
    this.editor.model.sharedModel.setSource(text);
  }

  /** Shows what was chosen in the tree, and a query to start from. */
  showTarget(target: Exclude<LakeTarget, { kind: 'source' }>): void {
    const table = this.options.model.table(target.url, target.table);
    if (!table) return;
    const from = `SELECT *\nFROM ${sqlName(table.name)}`;
    this.sql = `${from}\nLIMIT 1000`;
    setText(this.cost, '');
    fill(
      this.body,
      el('h2', { class: 'lt-desk-title' }, table.name),
      tablePage({
        table,
        url: target.url,
        lake: () => this.options.model.data.lake(),
        ...(target.kind === 'file' && { file: target.file }),
        ...(target.kind === 'partition' && { partition: target.partition }),
        onQuery: where => {
          this.sql = `${from}\n${where}\nLIMIT 1000`;
          void this.query();
        }
      })
    );
  }

  focusEditor(): void {
    this.editor.editor.focus();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.abort?.abort();
    this.chart.dispose();
    this.options.themes?.themeChanged.disconnect(this.onTheme);
    this.editor.dispose();
    super.dispose();
  }

  /** Runs the text of the editor. */
  async query(): Promise<void> {
    if (this.abort || this.sql.trim() === '') return;
    this.abort = new AbortController();
    this.setBusy(true);
    setText(this.cost, 'running …');
    try {
      const { data } = this.options.model;
      const result = await queryLake(data.lake(), this.url, this.sql, { rowsMax: data.settings.value.queryRowsMax, signal: this.abort.signal });
      const rows = await decodeResult(result);
      setText(this.cost, `${rowsWords(result)}, ${costWords(result.cost)}`);
      this.live.say(rowsWords(result));
      if (!this.body.contains(this.grid.node)) fill(this.body, el('div', { class: 'lt-result' }, this.grid.node, this.chart.node));
      this.grid.set(rows);
      this.chart.show(rows);
    } catch (error) {
      setText(this.cost, '');
      fill(this.body, errorCard(error, { label: 'Run again', run: () => void this.query() }));
    } finally {
      this.abort = null;
      this.setBusy(false);
    }
  }

  private setBusy(busy: boolean): void {
    this.run.disabled = busy;
    this.cancel.hidden = !busy;
    this.body.setAttribute('aria-busy', String(busy));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void this.query();
  }
}
