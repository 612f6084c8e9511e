/**
 * How libchdb is told to stay small. The defaults of the library take 90 % of the host's memory and do not see a
 * container's limit.
 */

const MIB = 1024 * 1024;

/**
 * Parts from this size on, compressed, are written with the codec that compresses best, smaller ones with the fastest: a text is
 * merged several times while its part is small. Bytes.
 */
const DENSE_PART_BYTES_MIN = 128 * MIB;

/**
 * The engine's configuration file: what it takes as no argument. The codec is that of columns whose definition names none (`LONG_TEXT`).
 */
export const ENGINE_CONFIGURATION = `<clickhouse>
  <compression>
    <case>
      <min_part_size>${DENSE_PART_BYTES_MIN}</min_part_size>
      <min_part_size_ratio>0</min_part_size_ratio>
      <method>zstd</method>
      <level>3</level>
    </case>
  </compression>
</clickhouse>
`;

/**
 * Names as in ClickHouse's server settings; values in bytes, threads or seconds.
 * @param configurationPath of the file with {@link ENGINE_CONFIGURATION}
 */
export function engineArguments(memoryBytesMax: number, configurationPath: string): string[] {
  return Object.entries({
    'config-file': configurationPath,
    max_server_memory_usage: Math.floor(memoryBytesMax),
    mark_cache_size: 64 * MIB,
    index_mark_cache_size: 16 * MIB,
    uncompressed_cache_size: 0,
    index_uncompressed_cache_size: 0,
    primary_index_cache_size: 32 * MIB,
    mmap_cache_size: 100,
    query_condition_cache_size: 8 * MIB,
    text_index_tokens_cache_size: 16 * MIB,
    text_index_header_cache_size: 16 * MIB,
    text_index_postings_cache_size: 16 * MIB,
    max_thread_pool_size: 256,
    max_thread_pool_free_size: 4,
    max_io_thread_pool_size: 8,
    max_active_parts_loading_thread_pool_size: 4,
    max_outdated_parts_loading_thread_pool_size: 2,
    max_parts_cleaning_thread_pool_size: 2,
    background_pool_size: 2,
    background_common_pool_size: 2,
    background_schedule_pool_size: 4,
    asynchronous_metrics_update_period_s: 60,
  }).map(([name, value]) => `--${name}=${value}`);
}
