// FileJournal
