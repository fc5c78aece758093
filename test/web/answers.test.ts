import { answersSuite } from '../forms/answers-suite.ts';
import { webForm } from './web-over-fakes.ts';

answersSuite(webForm);
