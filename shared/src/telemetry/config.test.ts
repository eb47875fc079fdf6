import { describe, expect, it } from '@jest/globals'
import { readTelemetryConfig } from './config.ts'

describe('readTelemetryConfig', () => {
  it('is off unless something names a collector', () => {
    expect(readTelemetryConfig({})).toBeUndefined()
    expect(readTelemetryConfig({ OTEL_SERVICE_NAME: 'x' })).toBeUndefined()
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
    expect(readTelemetryConfig({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeUndefined()
    expect(
      readTelemetryConfig({
        ...endpoint,
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
      }),
    ).toBeUndefined()
  })

  it('reads the standard variables', () => {
    expect(
      readTelemetryConfig({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4318/here',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,deployment.environment=a%2Cb',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      }),
    ).toMatchObject({
      serviceName: 'shop',
      resourceAttributes: { 'deployment.environment': 'a,b' },
      traces: { url: 'http://traces:4318/here', protocol: 'http/protobuf' },
      metrics: { url: 'http://collector:4318/v1/metrics', protocol: 'http/json' },
      sampler: { name: 'parentbased_traceidratio', ratio: 0.25 },
    })
  })

  it('says what it does not speak', () => {
    expect(() => readTelemetryConfig({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc", but must be one of http/protobuf, http/json.',
    )
    expect(() => readTelemetryConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'key' })).toThrow(
      'OTEL_EXPORTER_OTLP_HEADERS is ‹hidden›, but must be a list such as name=value,other=value.',
    )
  })
})
