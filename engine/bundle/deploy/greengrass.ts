import { runArguments, siteArguments } from './values';
import type { DeploymentValues, Places } from './values';

const CONFIGURATION = '{configuration:';

/**
 * An AWS IoT Greengrass v2 component recipe (format 2020-01-25) as JSON. The bundle is an artifact, which Greengrass checks by
 * digest and the agent by signature; trust file and secret are files of the core device.
 */
export function greengrassRecipe(values: DeploymentValues): string {
  const { pipeline, release, agentVersion, bundleFile, broker, target } = values;
  const places: Places = {
    bundle: `{artifacts:path}/${bundleFile}`,
    trust: `${CONFIGURATION}/trustFile}`,
    data: '{work:path}/data',
    lake: values.lakeDir === null ? null : '{work:path}/lake',
    brokerSecret: `file:${CONFIGURATION}/brokerSecretFile}`,
    keys: `${CONFIGURATION}/keysFile}`,
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
          broker,
          ...(target === null ? {} : { target }),
          trustFile: '/etc/littoral/trust.json',
          brokerSecretFile: '/etc/littoral/broker.secret',
          ...(values.encrypts ? { keysFile: '/etc/littoral/keys.json' } : {})
        }
      },
      ComponentDependencies: { 'aws.greengrass.Nucleus': { VersionRequirement: '>=2.9.0', DependencyType: 'SOFT' } },
      Manifests: [
        {
          Platform: { os: 'linux' },
          Lifecycle: {
            Install: { Script: `npm install --prefix "{work:path}/agent" --omit=dev littoral@${agentVersion}`, Timeout: 600 },
            Run: { Script: ['exec "{work:path}/agent/node_modules/.bin/littoral"', ...command.map(shellWord)].join(' ') }
          },
          Artifacts: [{ URI: `s3://BUCKET/littoral.${pipeline}/${release}/${bundleFile}`, Permission: { Read: 'OWNER', Execute: 'NONE' } }]
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
