package io.understudy.jdbc;

/**
 * How {@link HaDataSourceBuilder#build()} finds the implementation: through {@link
 * java.util.ServiceLoader}, so that the API depends on nothing behind it. Applications have no use
 * for it.
 */
public interface DataSourceProvider {
  /**
   * Makes a data source and declares its role.
   *
   * @param config a configuration without faults
   * @return the data source
   */
  HaDataSource create(HaDataSourceConfig config);
}
