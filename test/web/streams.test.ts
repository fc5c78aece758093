import { streamsSuite } from '../forms/streams-suite.ts';
import { webForm } from './web-over-fakes.ts';

streamsSuite(webForm);
