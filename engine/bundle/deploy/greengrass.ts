import { agentPackage, runArguments, secretNames, siteArguments } from './values';
import type { DeploymentValues, Places } from './values';

const CONFIGURATION = '{configuration:';

/**
 * An AWS IoT Greengrass v2 component recipe (format 2020-01-25) as JSON. Agent and bundle are artifacts, which Greengrass
 * checks by digest, and the agent the bundle by signature; trust file and secret are files of the core device.
 */
export function greengrassRecipe(values: DeploymentValues): string {
  const { pipeline, release, bundleFile, broker, target } = values;
  const places: Places = {
    bundle: `{artifacts:path}/${bundleFile}`,
    trust: `${CONFIGURATION}/trustFile}`,
    data: '{work:path}/data',
    lake: values.lakeDir === null ? null : '{work:path}/lake',
    secret: name => `file:${CONFIGURATION}/secretsFolder}/${name}`,
    keys: `${CONFIGURATION}/secretsFolder}/keys.json`,
    host: '127.0.0.1'
  };
  const command = [...runArguments(values, places), ...siteArguments(values, `${CONFIGURATION}/broker}`, `${CONFIGURATION}/target}`)];
  return `${JSON.stringify(
    {
      RecipeFormatVersion: '2020-01-25',
      ComponentName: `littoral.${pipeline}`,
      ComponentVersion: `${release}.0.0`,
      ComponentType: 'aws.greengrass.generic',
      ComponentDescription: `Littoral pipeline ${pipeline}, release ${release}. Needs Node.js 20.19 or newer on the core device.`,
      ComponentPublisher: 'Littoral',
      ComponentConfiguration: {
        DefaultConfiguration: {
          ...(broker === null ? {} : { broker }),
          ...(target === null ? {} : { target }),
          trustFile: '/etc/littoral/trust.json',
          ...(secretNames(values).length === 0 ? {} : { secretsFolder: '/etc/littoral/secrets' })
        }
      },
      ComponentDependencies: { 'aws.greengrass.Nucleus': { VersionRequirement: '>=2.9.0', DependencyType: 'SOFT' } },
      Manifests: [
        {
          Platform: { os: 'linux' },
          Lifecycle: {
            Install: { Script: `npm install --prefix "{work:path}/agent" --omit=dev "{artifacts:path}/${agentPackage(values)}"`, Timeout: 600 },
            Run: { Script: ['exec "{work:path}/agent/node_modules/.bin/littoral"', ...command.map(shellWord)].join(' ') }
          },
          Artifacts: [`littoral/${agentPackage(values)}`, `littoral.${pipeline}/${release}/${bundleFile}`].map(path => ({ URI: `s3://BUCKET/${path}`, Permission: { Read: 'OWNER', Execute: 'NONE' } }))
        }
      ]
    },
    null,
    2
  )}\n`;
}

/** Paths of the device may hold blanks; the text between braces becomes one. */
function shellWord(word: string): string {
  return word.includes('{') ? `"${word}"` : word;
}
