package io.understudy.jdbc.internal.source;

import io.understudy.jdbc.DataSourceProvider;
import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.HaDataSourceConfig;

/** What the builder finds; public because the service loader wants it so. */
public final class Provider implements DataSourceProvider {
  /** For the service loader. */
  public Provider() {}

  @Override
  public HaDataSource create(HaDataSourceConfig config) {
    return new RoutedDataSource(config);
  }
}
