/** What all pages of the fleet look like. */
import '../parts/page.css';
import '../parts/tables.css';
import '../parts/figures.css';
import '../parts/dialogs.css';
import '../parts/copy.css';
import './job.css';
