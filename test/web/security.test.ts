import { securitySuite } from '../forms/security-suite.ts';
import { webForm } from './web-over-fakes.ts';

securitySuite(webForm);
