/** Ids of the commands that other plugins, menus and tests call. */
export const COMMANDS = {
  connect: 'littoral:connect',
  showStreams: 'littoral:show-streams',
  record: 'littoral:record-topic',
  openRuns: 'littoral:open-runs',
  showLake: 'littoral:show-lake',
  openSql: 'littoral:open-sql',
  exportBundle: 'littoral:export-bundle',
  showAgent: 'littoral:show-agent',
  newNotebook: 'littoral:new-notebook',
  newPipeline: 'littoral:new-pipeline',
  openLesson: 'littoral:open-lesson'
} as const;

/** The palette shows it before the label: "Littoral: Record topic…". */
export const PALETTE_CATEGORY = 'Littoral';
