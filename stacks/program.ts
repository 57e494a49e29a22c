import { Environment, openCluster, openPlatform } from "../components/index.ts";
import { readSettings } from "./settings.ts";
import { failUnlessSettled } from "./settle.ts";

const settings = readSettings();
const cluster = await openCluster(settings.environment, settings.cluster, settings);
const platform = await openPlatform(cluster, settings);
const environment = new Environment(settings.environment, { ...settings, cluster }, { dependsOn: [...platform.ready] });

/** Revision, images, sync, health, resources and conditions of every Application. */
export const applications = environment.applications;

/** Names of the projects in force: what was restricted once stays so when its file is lost. */
export const projects = environment.projects;

failUnlessSettled(environment.settled());
failUnlessSettled(platform.settled());
