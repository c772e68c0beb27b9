/** Builds the workflow bundle, and can say what went into it. */
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type BundleOptions, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

type Webpack = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

export interface Bundle {
  readonly workflows: WorkflowBundleWithSourceMap;
  /** Every module in it, by resource path. */
  readonly modules: readonly string[];
}

const here = import.meta.url;
/** Sources run as they are in a checkout, compiled in the package. */
const ENTRY = fileURLToPath(new URL(`../workflows/index${extname(here)}`, here));
const INTERCEPTORS = fileURLToPath(new URL(`../workflows/reserved-signals${extname(here)}`, here));
/** Beside the compiled sources; made by build.ts. */
export const PREBUILT = 'workflow-bundle.js';

/** The package's prebuilt bundle where there is one; otherwise it is built now, which takes seconds. */
export async function openBundle(): Promise<Bundle> {
  const file = fileURLToPath(new URL(`../${PREBUILT}`, here));
  if (!existsSync(file)) return bundleWorkflows();
  return { workflows: { code: readFileSync(file, 'utf8'), sourceMap: '' }, modules: [] };
}

export interface BundleInput {
  /** The module whose exports are the workflows; ours where absent. */
  readonly entry?: string;
  /** Packages evaluated once per worker and frozen; those of our workflows where absent. */
  readonly preload?: readonly string[];
  /** Modules that stand between Temporal and the workflows; ours where absent. */
  readonly interceptors?: readonly string[];
}

/** Evaluated once per worker and frozen, instead of once per run: most of what a run's start would cost. */
const PRELOADED = ['@marcbachmann/cel-js'];

/** Throws when the code cannot be bundled, which is our own mistake. */
export async function bundleWorkflows({
  entry = ENTRY,
  preload = PRELOADED,
  interceptors = [INTERCEPTORS],
}: BundleInput = {}): Promise<Bundle> {
  const modules = new Set<string>();
  const workflows = await bundleWorkflowCode({
    workflowsPath: entry,
    workflowInterceptorModules: [...interceptors],
    preloadModules: [...preload],
    logger: QUIET,
    webpackConfigHook: (config) => ({ ...config, plugins: [...(config.plugins ?? []), listing(modules)] }),
  });
  return { workflows, modules: [...modules] };
}

function listing(modules: Set<string>): NonNullable<Webpack['plugins']>[number] {
  return {
    apply(compiler) {
      compiler.hooks.compilation.tap('cordon-listing', (compilation) => {
        compilation.hooks.finishModules.tap('cordon-listing', (finished) => {
          for (const module of finished) {
            const { resource } = module as { readonly resource?: unknown };
            if (typeof resource === 'string') modules.add(resource);
          }
        });
      });
    },
  };
}

const ignore = (): void => {};
/** The bundler reports its size and time at every start; nobody reads that. Failures throw. */
const QUIET = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
