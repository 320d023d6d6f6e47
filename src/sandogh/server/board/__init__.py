"""The bulletin board: sequencer, storage, export."""
