/**
 * Runs in a process of its own, which can be stopped: the SDK's download cannot. Arguments: a directory and
 * a version. Leaves `temporal-<version>` there. The SDK also starts what it fetched and gives that 5 s; whether
 * that works is of no interest here, so whoever started this process looks at the file, not at the exit code.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [downloadDir = '.', version = 'default'] = process.argv.slice(2);
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir, version } },
});
await environment.teardown();
