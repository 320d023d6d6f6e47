"""The public record: sequencer, storage, reading, export."""
