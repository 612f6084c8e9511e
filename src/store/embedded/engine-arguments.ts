/**
 * How libchdb is told to stay small. The defaults of the library take 90 % of the host's memory and do not see a
 * container's limit.
 */

const MIB = 1024 * 1024;

/** Names as in ClickHouse's server settings; values in bytes, threads or seconds. */
export function engineArguments(memoryBytesMax: number): string[] {
  return Object.entries({
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
